"""What benchmarks of whole installations share."""
