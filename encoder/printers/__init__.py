"""Where labels are printed: a folder, a CUPS queue, or a label printer on the network."""
