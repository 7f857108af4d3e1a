"""The use case of the people file: new profiles, changed ones, and their pictures."""
