"""Lightning: what a fit leaves among the records."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

import researcher as rs

pl = pytest.importorskip("lightning.pytorch")
torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:The '\\w+' does not have many workers"),
    pytest.mark.filterwarnings("ignore:.*treespec, LeafSpec.*is deprecated"),
]
HPARAMS = {"lr": 0.01, "batch_size": 64}


class Digits(pl.LightningModule):
    """A linear classifier that logs in each step, and after each epoch."""

    def __init__(self, lr, batch_size):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(64, 10)

    def training_step(self, batch):
        loss = self.loss(batch)
        self.log("train/loss", loss)
        return loss

    def validation_step(self, batch):
        self.log("val/loss", self.loss(batch))

    def test_step(self, batch):
        self.log("test/loss", self.loss(batch))

    def loss(self, batch):
        x, y = batch
        return torch.nn.functional.cross_entropy(self.layer(x), y)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)


class Break(pl.Callback):
    """Raises at the end of the second epoch."""

    def __init__(self, error):
        self.error = error

    def on_train_epoch_end(self, trainer, pl_module):
        if trainer.current_epoch == 1:
            raise self.error


@pytest.fixture
def data(digits):
    x, y = map(torch.from_numpy, digits)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=64)


@pytest.fixture
def trained(tmp_path, data):
    """Trains a module with a logger, and gives back both."""

    def fit(logger, *callbacks, **options):
        trainer = pl.Trainer(
            logger=logger,
            callbacks=list(callbacks),
            default_root_dir=tmp_path / "lightning",
            accelerator="cpu",
            max_epochs=3,
            log_every_n_steps=1,
            enable_progress_bar=False,
            enable_model_summary=False,
            **options,
        )
        module = Digits(**HPARAMS)
        trainer.fit(module, data, data)
        return trainer, module

    return fit


def test_a_fit_is_an_experiment(tmp_path, trained):
    params = {"title": "digits", "lr": "mine"}
    logger = rs.integrations.lightning.RecordLogger(params, tmp_path / "records")
    trained(logger, gradient_clip_val=1.0, enable_checkpointing=False)
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.status == "finished"
    assert experiment.duration > 0
    assert experiment.params == {
        "title": "digits",
        "lr": "mine",
        "batch_size": 64,
        "model": "Digits",
        "total_parameters": 650,
        "max_epochs": 3,
        "max_steps": -1,
        "accumulate_grad_batches": 1,
        "gradient_clip_val": 1.0,
        "precision": "32-true",
    }
    assert set(experiment.observations) == {"train/loss", "val/loss"}
    assert len(experiment.observations["train/loss"]) == 12
    assert len(experiment.observations["val/loss"]) == 3
    assert experiment.data["researcher"]["steps"]["val/loss"] == [3, 7, 11]


def test_a_test_after_the_fit_is_added_to_its_record(tmp_path, trained, data):
    trainer, module = trained(rs.integrations.lightning.RecordLogger({}, tmp_path / "records"))
    (tested,) = trainer.test(module, data, verbose=False)
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.status == "finished"
    assert experiment.observations["test/loss"] == pytest.approx([tested["test/loss"]])
    assert len(experiment.observations["val/loss"]) == 3


def test_a_second_fit_is_a_second_experiment(tmp_path, trained):
    logger = rs.integrations.lightning.RecordLogger({}, tmp_path / "records")
    trained(logger, enable_checkpointing=False)
    trained(logger, enable_checkpointing=False)
    assert [len(e.observations["val/loss"]) for e in rs.all_experiments(tmp_path / "records")] == [3, 3]


def test_the_learning_rate_comes_from_its_monitor(tmp_path, trained):
    monitor = pl.callbacks.LearningRateMonitor("epoch")
    trained(rs.integrations.lightning.RecordLogger({}, tmp_path / "records"), monitor)
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.observations["lr-SGD"] == [0.01] * 3


def test_the_record_tells_where_the_best_checkpoint_lies(tmp_path, trained):
    logger = rs.integrations.lightning.RecordLogger({"title": "digits"}, tmp_path / "records")
    trained(logger, pl.callbacks.ModelCheckpoint(monitor="val/loss"))
    (experiment,) = rs.all_experiments(tmp_path / "records")
    best = Path(experiment.observations["best_checkpoint"])
    assert best.is_file()
    assert best.parent == tmp_path / "lightning" / "digits" / logger.version / "checkpoints"
    assert logger.version != rs.integrations.lightning.RecordLogger({}, tmp_path).version


@pytest.mark.parametrize(
    ("error", "status", "raised"),
    [
        (ValueError("broken"), "failed", ValueError),
        (KeyboardInterrupt(), "interrupted", SystemExit),  # Lightning ends the process
    ],
)
def test_it_knows_how_a_training_ended(tmp_path, trained, error, status, raised):
    with pytest.raises(raised):
        trained(rs.integrations.lightning.RecordLogger({}, tmp_path / "records"), Break(error))
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.status == status
    assert len(experiment.observations["val/loss"]) == 2
    if status == "failed":
        assert "broken" in str(experiment.data["researcher"]["error"])


def test_a_given_recorder_is_written_to_and_not_ended(tmp_path, trained, data):
    with rs.Recorder({"title": "mine", "lr": 0.01}, tmp_path / "records") as recorder:
        trainer, module = trained(rs.integrations.lightning.RecordLogger(recorder))
        trainer.test(module, data, verbose=False)
        assert recorder.status == "running"
        assert trainer.logger.experiment is recorder
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.params == {"title": "mine", "lr": 0.01}
    assert experiment.observations["hparams"] == {"batch_size": 64}  # what the module saved, and was not given
    assert len(experiment.observations["train/loss"]) == 12


def test_each_fit_can_be_a_fold_of_one_experiment(tmp_path, trained):
    with rs.Recorder({"title": "folds"}, tmp_path / "records") as recorder:
        for fold in range(2):
            trained(rs.integrations.lightning.RecordLogger(recorder, fold=fold))
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert [len(curve) for curve in experiment.observations["val/loss"]] == [3, 3]
    assert experiment.observations["hparams"] == HPARAMS
    assert experiment.observations["best_checkpoint"]


def test_without_a_trainer_it_begins_with_the_first_metrics(tmp_path):
    logger = rs.integrations.lightning.RecordLogger({"title": "loop"}, tmp_path)
    logger.log_hyperparams({"lr": 0.1})
    logger.log_hyperparams(argparse.Namespace(optimizer=torch.optim.SGD, activation=torch.relu))
    logger.log_metrics({"loss": 0.5}, step=10)
    logger.finalize("success")
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params == {"title": "loop", "lr": 0.1, "optimizer": "SGD", "activation": "relu"}
    assert experiment.observations == {"loss": [0.5]}


def test_a_fit_that_is_pruned_stops_where_it_logs(pruned, trained):
    experiment = pruned(lambda recorder: trained(rs.integrations.lightning.RecordLogger(recorder)), "train/loss")
    assert len(experiment.observations["train/loss"]) == 2


ONLY_PYTORCH_LIGHTNING = """
import sys
sys.modules["lightning"] = None
import pytorch_lightning as pl
import researcher as rs
from pytorch_lightning.demos.boring_classes import BoringModel
logger = rs.integrations.lightning.RecordLogger({"title": "boring"}, sys.argv[1])
assert isinstance(logger, pl.loggers.Logger)
pl.Trainer(
    logger=logger, accelerator="cpu", max_epochs=1, limit_train_batches=2, limit_val_batches=1,
    enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
).fit(BoringModel())
"""


def test_pytorch_lightning_alone_will_do(tmp_path):
    pytest.importorskip("pytorch_lightning")
    subprocess.run([sys.executable, "-c", ONLY_PYTORCH_LIGHTNING, tmp_path], check=True, cwd=tmp_path)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == "finished"
    assert experiment.params["model"] == "BoringModel"
