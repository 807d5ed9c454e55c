from . import oauth, provider_meta, provider_twilio, provider_twilio_voice, webhook
