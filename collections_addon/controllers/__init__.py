from . import portal_base
