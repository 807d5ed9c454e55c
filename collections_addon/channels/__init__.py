from . import base, email
