"""Who is measured. A further peer is a file here and a place in the list."""

from __future__ import annotations

from benchmarks.peers.aim import Aim
from benchmarks.peers.bare import BareFile, BareFileSynced, BareWrite
from benchmarks.peers.dvclive import DVCLive
from benchmarks.peers.json2020 import Json2020
from benchmarks.peers.mlflow import MLflowFiles, MLflowSQLite
from benchmarks.peers.peer import Peer
from benchmarks.peers.researcher import Researcher, ResearcherUnsynced
from benchmarks.peers.sacred import Sacred
from benchmarks.peers.signac import Signac
from benchmarks.peers.tensorboardx import TensorBoardX
from benchmarks.peers.trackio import Trackio
from benchmarks.peers.wandb import WeightsAndBiases

PEERS: list[Peer] = [
    BareWrite(),
    BareFile(),
    BareFileSynced(),
    Json2020(),
    Researcher(),
    ResearcherUnsynced(),
    Signac(),
    Trackio(),
    TensorBoardX(),
    WeightsAndBiases(),
    Aim(),
    MLflowFiles(),
    MLflowSQLite(),
    Sacred(),
    DVCLive(),
]
