"""The site that a tapped card opens. Importing this package starts nothing."""
