from . import base, call, email, letter, portal
