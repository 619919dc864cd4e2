"""The database: players, programs, sessions and repetitions."""
