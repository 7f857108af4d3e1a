"""Printers: a folder, a real CUPS, and a label printer on a socket."""
