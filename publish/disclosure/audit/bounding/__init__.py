"""What a system of sums over whole numbers leaves open of each."""
