"""What the database enforces beyond the models' own constraints, and how roles and databases come to be."""
