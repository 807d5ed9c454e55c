from . import base, email, letter
