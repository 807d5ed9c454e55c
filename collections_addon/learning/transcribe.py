"""Writing down what is said in a recording, with faster-whisper where it is installed."""

import json
from importlib.util import find_spec
from math import exp


def is_installed():
    """Whether the engine is there; its model is another matter."""
    return find_spec("faster_whisper") is not None


def transcribe(sound, model, lang=None):
    """What is said in a recording. Nothing is downloaded.

    :param str sound: path of a file of sound, in any usual format
    :param str model: path of the folder of a Whisper model in CTranslate2's format
    :param str|None lang: two letters; None to have it told from the sound
    :return: `text`, `language`, and `confidence` from 0 to 1
    :rtype: dict
    """
    from faster_whisper import WhisperModel

    whisper = WhisperModel(
        model, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
    )
    segments, info = whisper.transcribe(sound, language=lang)
    parts = list(segments)
    length = sum(part.end - part.start for part in parts)
    sure = sum(part.avg_logprob * (part.end - part.start) for part in parts)
    return {
        "text": "\n".join(part.text.strip() for part in parts),
        "language": info.language,
        "confidence": round(exp(sure / length), 3) if length else 0.0,
    }


def run(source, target):
    """What the module's own process runs: a file of what is asked, a file of the answer."""
    asked = json.loads(source.read_text())
    part = target.with_suffix(".part")
    sound = str(source.parent / asked["sound"])
    part.write_text(json.dumps(transcribe(sound, asked["model"], asked["lang"])))
    part.rename(target)
