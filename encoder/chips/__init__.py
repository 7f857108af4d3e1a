"""What a chip is: memory map, TLV, CC, lock bits, configuration. Pure; no chip is touched here."""
