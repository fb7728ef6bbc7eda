"""Training data: where it came from, what is in it, what was taken out, and how well that was checked (campaign type 3; GB/T 45654)."""
