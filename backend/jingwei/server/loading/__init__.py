"""Loading a sample company from its files: masters by import, then its documents day by day, as people would."""
