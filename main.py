"""Understudy: one photo becomes a live, talking person on your virtual webcam, and nothing leaves this computer."""

import sys

from app.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
