"""The published networks that edm uses: which files, how long, with which checksum, under which licence.

They are files of the repository `CPJKU/madmom_models` at one commit; the copies inside the madmom 0.16.1 package are
the same, byte for byte. They are data of others under CC BY-NC-SA 4.0 and therefore no part of this package.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMIT", "ENSEMBLES", "LICENCE", "NETWORKS", "REPOSITORY", "NetworkFile", "ensemble_files"]

REPOSITORY = "CPJKU/madmom_models"
COMMIT = "7e3dc1b0cad499792767074d03c38b194b9b0a79"
LICENCE = "CC BY-NC-SA 4.0 (attribution, non-commercial, share alike)"


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """One file of the repository.

    Attributes
    ----------
    path
        Relative to the root of the repository and of every folder that holds networks, with ``/``.
    size
        Bytes.
    sha256
        Hexadecimal.
    """

    path: str
    size: int
    sha256: str


ENSEMBLES: dict[str, tuple[NetworkFile, ...]] = {
    # Beats and downbeats at once: Böck, Krebs, Widmer, "Joint beat and downbeat tracking with recurrent neural
    # networks", ISMIR 2016.
    "downbeats": (
        NetworkFile(
            "downbeats/2016/downbeats_blstm_1.pkl",
            409619,
            "b02c4b8aa963069449422fd5cc55bd4077105fe268b0d83036b7d68b5520f38d",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_2.pkl",
            409619,
            "6fa9d138ed84bed14ab5ef6f81f3a7e1a125ff8c571a255f6ce91ccf93390eee",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_3.pkl",
            409619,
            "adf6a3e3bf345a9172e8252a511dae28622afe26ee653354c0d4c9e37de8f89a",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_4.pkl",
            409619,
            "a4f9a09b1588ca74b0157251364650d3fe81e383019b5986941415e08b37fcde",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_5.pkl",
            409619,
            "e40aea9b8221babaf14a9211a48dccc3ebcecdf8bcd6d62d60f0949445de9bb6",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_6.pkl",
            409619,
            "89b6854c5d6b2381687731aedc9bce6c84894021d1c2eeb60d161cefe997d68c",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_7.pkl",
            409619,
            "371a319a66d32bee6ab8d4a15f6ae9e4ee22ff97b4276736bab93d9a994c06c1",
        ),
        NetworkFile(
            "downbeats/2016/downbeats_blstm_8.pkl",
            409619,
            "a0d20e1922872a3e5b74df451d8b5701de6ca88d9f5739f313fb2991d7a84c77",
        ),
    ),
    # Beats alone: Böck, Krebs, Widmer, "Accurate tempo estimation based on recurrent neural networks and resonating
    # comb filters", ISMIR 2015.
    "beats": (
        NetworkFile(
            "beats/2015/beats_blstm_1.pkl", 370771, "bd6545fe694264491ee95e03508d318d164b7f2abac1f48edd0121389506bf5f"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_2.pkl", 370771, "89ab1defb1b34712bdd0c9f84a756178e809612720733ed7b3a5cc47420689d7"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_3.pkl", 370771, "4a3f63f1fe361a354cb5f646349522b87482f29baadacf2d20441d5c52c5282a"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_4.pkl", 370771, "4a4469fc00dc4c90b028866a9d268fd19429c6a3f298c70838571e90db248f18"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_5.pkl", 370771, "017fd2e6808f43b9cddb61ac115c8d899f6fcdd3801338c6f76b1b30c3c3dbfd"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_6.pkl", 370771, "055e8c8715ce4e71e9855e348ff1816fb7630a4d10117d8e4c11684770d64240"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_7.pkl", 370771, "35ba5622e6c8f6c24b7efee1dbb31a78468b3106a7e4a8e3bfa2761f326b51dc"
        ),
        NetworkFile(
            "beats/2015/beats_blstm_8.pkl", 370771, "fc25b6890baaeecd2304e18078ee1ce6a0014a69fdba95590a4ebee6cd847f64"
        ),
    ),
    # Key: Korzeniowski, Widmer, "Genre-agnostic key classification with convolutional neural networks", ISMIR 2018.
    "key": (
        NetworkFile(
            "key/2018/key_cnn.pkl", 2670279, "c58ba553be1048877662a663a2670c0051b3c2c66d109b6042ba722ed0bfc7a6"
        ),
    ),
}
"""Which files make up one estimator, by name."""

NETWORKS: tuple[NetworkFile, ...] = tuple(network for files in ENSEMBLES.values() for network in files)


def ensemble_files(names: tuple[str, ...]) -> tuple[NetworkFile, ...]:
    """Files of the named ensembles, in order; KeyError for a name that is not in `ENSEMBLES`."""
    return tuple(network for name in names for network in ENSEMBLES[name])
