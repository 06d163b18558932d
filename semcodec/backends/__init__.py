"""What models look like to the codec, and how a backend is found."""
