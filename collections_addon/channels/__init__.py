from . import base, journaled, journaled_doubt, call, email, letter, portal, sms, voice, whatsapp
