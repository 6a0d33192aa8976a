"""What an installation tells of itself to those who run it: log, health, metrics, traces."""
