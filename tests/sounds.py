"""Sound for tests, made on the fly, with its truth known by construction.

Samples are float32, mono, shape (n,), full scale 1; rates in Hz, times in seconds. `track_at` and `track_on` make
music, the others single kinds of sound; `write_audio` writes any of them into any format that we can encode here.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import soundfile

from edm.demo.instruments import noise_band, pad
from edm.demo.synth import SynthTrack, constant_beats, ramped_beats, synthesise, synthesise_beats
from edm.model import FloatArray, TimeArray

__all__ = [
    "RATE",
    "beatless_pad",
    "chords",
    "click_track",
    "clicks_at",
    "constant_beats",
    "noise",
    "ramped_beats",
    "silence",
    "sine",
    "speech",
    "track_at",
    "track_on",
    "with_nan",
    "with_offset",
    "write_audio",
]

RATE = 44100

# What PyAV encodes here, by suffix: container, codec.
_PYAV_CODECS = {
    ".m4a": ("ipod", "aac"),
    ".mp4": ("mp4", "aac"),
    ".aac": ("adts", "aac"),
    ".wma": ("asf", "wmav2"),
}
_SOUNDFILE_FORMATS = {".oga": "OGG", ".aif": "AIFF", ".aifc": "AIFF", ".opus": "OGG"}
_SOUNDFILE_SUBTYPES = {".opus": "OPUS", ".ogg": "VORBIS", ".oga": "VORBIS"}


def track_at(
    bpm: float,
    duration_s: float = 30.0,
    style: str = "house",
    offset_s: float = 0.0,
    seed: int = 0,
    *,
    rate: int = RATE,
    pickup_beats: int = 0,
    beats_per_bar: int = 4,
) -> SynthTrack:
    """Music at an exact tempo, the first beat at ``offset_s``; ``.beats`` is the truth."""
    return synthesise(
        style,
        bpm=bpm,
        duration_s=duration_s,
        first_beat_s=offset_s,
        pickup_beats=pickup_beats,
        beats_per_bar=beats_per_bar,
        seed=seed,
        sample_rate=rate,
    )


def track_on(
    beat_times_s: TimeArray, style: str = "house", seed: int = 0, *, rate: int = RATE, duration_s: float | None = None
) -> SynthTrack:
    """Music on given beats."""
    return synthesise_beats(beat_times_s, style, seed=seed, sample_rate=rate, duration_s=duration_s)


def click_track(bpm: float, duration_s: float = 30.0, offset_s: float = 0.0, *, rate: int = RATE) -> FloatArray:
    """Clicks on the beats of a constant tempo."""
    return clicks_at(constant_beats(bpm, duration_s=duration_s, first_beat_s=offset_s), duration_s, rate=rate)


def clicks_at(times_s: TimeArray | list[float], duration_s: float, *, rate: int = RATE) -> FloatArray:
    """Clicks of 10 ms and 1 kHz that begin in the samples nearest to ``times_s``."""
    samples = silence(duration_s, rate=rate)
    t = np.arange(round(0.03 * rate)) / rate
    click = np.cos(2 * np.pi * 1000.0 * t) * np.exp(-t / 0.004) * 0.9
    for time_s in times_s:
        start = round(time_s * rate)
        room = samples[start : start + len(click)]
        room += click[: len(room)].astype(np.float32)
    return samples


def silence(duration_s: float, *, rate: int = RATE) -> FloatArray:
    """Nothing."""
    return np.zeros(round(duration_s * rate), np.float32)


def sine(frequency_hz: float, duration_s: float, *, rate: int = RATE, level: float = 0.5) -> FloatArray:
    """One steady tone."""
    t = np.arange(round(duration_s * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency_hz * t)).astype(np.float32)


def noise(duration_s: float, *, rate: int = RATE, seed: int = 0, level: float = 0.2) -> FloatArray:
    """White noise of standard deviation ``level``."""
    return (level * np.random.default_rng(seed).standard_normal(round(duration_s * rate))).astype(np.float32)


def speech(duration_s: float, *, rate: int = RATE, seed: int = 0) -> FloatArray:
    """Syllables of irregular length: buzz and hiss through formants, with pauses, as somebody who talks."""
    rng = np.random.default_rng(seed)
    samples = silence(duration_s, rate=rate)
    start_s = 0.2
    while start_s < duration_s - 0.5:
        length_s = float(rng.uniform(0.08, 0.32))
        t = np.arange(round(length_s * rate)) / rate
        pitch_hz = float(rng.uniform(95.0, 150.0)) * (1 - 0.15 * t / length_s)
        phase = 2 * np.pi * np.cumsum(pitch_hz) / rate
        formants_hz = (float(rng.uniform(300, 800)), float(rng.uniform(900, 2200)), 2700.0)
        syllable = np.zeros(len(t))
        for k in range(1, 25):
            weight = sum(np.exp(-(((k * 120.0 - formant_hz) / 160.0) ** 2)) for formant_hz in formants_hz)
            syllable += (weight + 0.02) * np.sin(k * phase)
        if rng.random() < 0.35:
            syllable = 2 * noise_band(rng, len(t), rate, low_hz=2500.0, high_hz=6500.0).astype(np.float64)
        envelope = np.sin(np.pi * t / length_s) ** 0.7
        begin = round(start_s * rate)
        room = samples[begin : begin + len(t)]
        room += (0.15 * syllable * envelope)[: len(room)].astype(np.float32)
        start_s += length_s + float(rng.choice([0.01, 0.03, 0.06, 0.35], p=[0.4, 0.3, 0.2, 0.1]) * rng.uniform(0.5, 2))
    return samples


def beatless_pad(duration_s: float, *, rate: int = RATE, seed: int = 0) -> FloatArray:
    """One chord that swells and fades slowly and never strikes."""
    rng = np.random.default_rng(seed)
    root_hz = float(rng.uniform(110.0, 220.0))
    samples = pad([root_hz, root_hz * 1.2, root_hz * 1.5], rate, length_s=duration_s)
    t = np.arange(len(samples)) / rate
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * t / 13.7 + float(rng.uniform(0, 6)))
    fade = np.minimum(1.0, np.minimum(t, t[-1] - t) / 2.0)
    return (samples * swell * fade * 0.5).astype(np.float32)


def chords(progression: list[tuple[float, ...]], chord_s: float, *, rate: int = RATE, level: float = 0.6) -> FloatArray:
    """Chords of ``chord_s`` seconds each; every one a tuple of frequencies in Hz."""
    return np.concatenate([level * pad(chord, rate, length_s=chord_s) for chord in progression]).astype(np.float32)


def with_offset(samples: FloatArray, offset: float = 0.3) -> FloatArray:
    """``samples`` around ``offset`` in place of 0."""
    return (samples + np.float32(offset)).astype(np.float32)


def with_nan(samples: FloatArray, *, count: int = 100, seed: int = 0) -> FloatArray:
    """``samples`` with ``count`` of them not a number or infinite."""
    spoilt = samples.copy()
    where = np.random.default_rng(seed).choice(len(samples), size=count, replace=False)
    spoilt[where] = np.resize(np.array([np.nan, np.inf, -np.inf], np.float32), count)
    return spoilt


def write_audio(path: Path, samples: FloatArray, rate: int = RATE, subtype: str | None = None) -> Path:
    """Write samples, shape (n,) or (n, channels), in the format of the suffix; returns ``path``.

    ``subtype`` is one of soundfile's (``PCM_16``, ``PCM_24``, ``PCM_32``, ``FLOAT`` …); None takes the usual one.
    """
    suffix = path.suffix.lower()
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix in _PYAV_CODECS:
        _write_by_pyav(path, samples, rate)
        return path
    with soundfile.SoundFile(
        str(path),
        "w",
        samplerate=rate,
        channels=1 if samples.ndim == 1 else samples.shape[1],
        subtype=subtype or _SOUNDFILE_SUBTYPES.get(suffix),
        format=_SOUNDFILE_FORMATS.get(suffix),
    ) as out:
        # libsndfile's Vorbis encoder overflows the stack on a long block.
        for start in range(0, len(samples), rate):
            out.write(samples[start : start + rate])
    return path


def _write_by_pyav(path: Path, samples: FloatArray, rate: int) -> None:
    container_format, codec = _PYAV_CODECS[path.suffix.lower()]
    planes = np.ascontiguousarray(np.atleast_2d(samples.T), np.float32)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(planes)]
    with av.open(str(path), "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 192_000
        step = 1024
        for start in range(0, planes.shape[1], step):
            block = np.ascontiguousarray(planes[:, start : start + step])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate = rate
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
