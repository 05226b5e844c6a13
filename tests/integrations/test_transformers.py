"""Hugging Face Transformers: what the Trainer leaves among the records."""

from __future__ import annotations

import pytest

import researcher as rs

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")
pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:'pin_memory' argument is set as true but no accelerator is found"),
]


class Digits(torch.utils.data.Dataset):
    """Each image as a text of 64 words, and its digit."""

    def __init__(self, x, y):
        self.items = [{"input_ids": (image * 16).long(), "labels": digit} for image, digit in zip(x, y, strict=True)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


class Break(transformers.TrainerCallback):
    """Raises after the second step."""

    def __init__(self, error):
        self.error = error

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == 2:
            raise self.error


@pytest.fixture
def trainer(tmp_path, digits):
    """Makes a Trainer of a very small BERT."""

    def made(*callbacks):
        x, y = map(torch.from_numpy, digits)
        config = transformers.BertConfig(
            vocab_size=32,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=64,
            num_labels=10,
        )
        arguments = transformers.TrainingArguments(
            tmp_path / "trainer",
            num_train_epochs=2,
            learning_rate=1e-3,
            per_device_train_batch_size=32,
            logging_steps=1,
            eval_strategy="epoch",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            seed=7,
        )
        return transformers.Trainer(
            transformers.BertForSequenceClassification(config),
            arguments,
            train_dataset=Digits(x[:96], y[:96]),
            eval_dataset=Digits(x[96:128], y[96:128]),
            callbacks=list(callbacks),
        )

    return made


def test_a_training_is_an_experiment(tmp_path, trainer):
    params = {"title": "digits", "seed": "seven"}
    trained = trainer(rs.integrations.transformers.RecordCallback(params, tmp_path / "records"))
    trained.train()
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.status == "finished"
    assert experiment.duration > 0
    assert list(experiment.params)[:4] == ["title", "seed", "model_type", "num_parameters"]
    known = {
        "model_type": "bert",
        "num_parameters": trained.model.num_parameters(),
        "max_steps": 6,
        "num_train_epochs": 2,
        "learning_rate": 1e-3,
        "lr_scheduler_type": "linear",
        "per_device_train_batch_size": 32,
        "seed": "seven",
    }
    assert known.items() <= experiment.params.items()
    seen = experiment.observations
    assert len(seen["loss"]) == len(seen["grad_norm"]) == len(seen["learning_rate"]) == 6
    assert seen["learning_rate"] == sorted(seen["learning_rate"], reverse=True)
    assert len(seen["eval_loss"]) == 2
    assert experiment.data["researcher"]["steps"]["loss"] == [1, 2, 3, 4, 5, 6]
    assert experiment.data["researcher"]["steps"]["eval_loss"] == [3, 6]
    assert len(seen["train_runtime"]) == 1
    assert "epoch" not in seen


def test_an_evaluation_after_the_training_is_added_to_its_record(tmp_path, trainer):
    trained = trainer(rs.integrations.transformers.RecordCallback({}, tmp_path / "records"))
    trained.train()
    result = trained.evaluate(metric_key_prefix="test")
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.status == "finished"
    assert experiment.observations["test_loss"] == pytest.approx([result["test_loss"]])
    assert len(experiment.observations["loss"]) == 6


def test_a_given_recorder_is_written_to_and_not_ended(tmp_path, trainer):
    with rs.Recorder({"title": "mine"}, tmp_path / "records") as recorder:
        trainer(rs.integrations.transformers.RecordCallback(recorder)).train()
        assert recorder.status == "running"
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.params == {"title": "mine"}
    assert len(experiment.observations["loss"]) == 6


@pytest.mark.parametrize(("error", "status"), [(ValueError("broken"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_block_knows_how_it_ended(tmp_path, trainer, error, status):
    record = rs.integrations.transformers.RecordCallback({}, tmp_path / "records")
    broken = trainer(record, Break(error))
    with pytest.raises(type(error)), record:
        broken.train()
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert experiment.status == status
    assert len(experiment.observations["loss"]) == 1


def test_a_training_that_is_pruned_stops_where_it_logs(pruned, trainer):
    experiment = pruned(lambda recorder: trainer(rs.integrations.transformers.RecordCallback(recorder)).train(), "loss")
    assert len(experiment.observations["loss"]) == 1  # Transformers counts the first step as 1
