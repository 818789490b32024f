"""What the production shape of docker-compose.yml needs beside the code."""
