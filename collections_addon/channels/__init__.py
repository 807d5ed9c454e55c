from . import base, journaled, call, email, letter, portal, sms, voice, whatsapp
