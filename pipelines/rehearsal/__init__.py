"""Rules and decisions tried without sending: inline tests, sequences, and backtests over stored articles."""
