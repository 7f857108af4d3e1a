"""The operator's page: a small server on loopback, fed by the station's events."""
