from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from models.training.agree import TOLERANCE, compare
from models.training.errors import RecipeError
from models.training.marian import read_marian, write_marian
from models.training.release import write_release
from models.training.transformer import Shape, Transformer
from models.training.vocabulary import EOS_ID, PAD_ID

pytestmark = pytest.mark.training

SHAPE = Shape(40, 50, width=16, heads=2, inner_width=24, encoder_layers=2, decoder_layers=2)
MODEL = Path(__file__).parents[2] / "models" / "ar-en-small"


@pytest.fixture
def network() -> Iterator[Transformer]:
    torch.manual_seed(0)
    with torch.no_grad():
        yield Transformer(SHAPE).eval()


def ids(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows)


def test_padding_changes_nothing(network: Transformer) -> None:
    alone, _ = network(ids([5, 6, EOS_ID]), ids([7, EOS_ID]))
    padded, _ = network(
        ids([5, 6, EOS_ID, PAD_ID], [8, 9, 10, EOS_ID]), ids([7, EOS_ID, PAD_ID], [8, 9, EOS_ID])
    )
    torch.testing.assert_close(padded[:1, :2], alone)


def test_a_piece_is_predicted_from_the_pieces_before_it_alone(network: Transformer) -> None:
    source = ids([5, 6, EOS_ID])
    one, _ = network(source, ids([7, 8, 9, EOS_ID]))
    other, _ = network(source, ids([7, 8, 10, 11]))
    torch.testing.assert_close(one[:, :3], other[:, :3])
    assert not torch.allclose(one[:, 3], other[:, 3])


def test_the_alignment_head_attends_to_real_pieces(network: Transformer) -> None:
    source, target = ids([5, EOS_ID, PAD_ID], [5, 6, EOS_ID]), ids([7, EOS_ID], [8, EOS_ID])
    state, aligned = network(source, target, align=True)
    plain, none = network(source, target)
    assert none is None
    torch.testing.assert_close(state, plain)
    torch.testing.assert_close(aligned.exp().sum(-1), torch.ones(2, 2))
    assert (aligned.exp()[0, :, 2] == 0).all()


def test_weights_survive_marians_file(tmp_path: Path, network: Transformer) -> None:
    for parameter in network.parameters():
        parameter.data = parameter.to(torch.float16).float()
    write_marian(network, tmp_path / "model.npz")
    read = read_marian(tmp_path / "model.npz")
    assert read.shape == SHAPE
    for name, weights in network.state_dict().items():
        assert torch.equal(read.state_dict()[name], weights), name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"special:model.yml": None}, "no Marian model"),
        ({"decoder_l2_context_Wk": None}, "lacks the weights decoder_l2_context_Wk"),
        ({"special:model.yml": b"type: amun\0"}, "another kind .type: 'amun'"),
    ],
)
def test_files_of_other_networks_are_refused(
    tmp_path: Path, network: Transformer, change: dict[str, bytes | None], message: str
) -> None:
    path = tmp_path / "model.npz"
    write_marian(network, path)
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays.files if change.get(name, b"") == b""}
    new = {name: np.frombuffer(text, np.int8) for name, text in change.items() if text}
    np.savez(path, allow_pickle=False, **kept, **new)
    with pytest.raises(RecipeError, match=message):
        read_marian(path)


def test_ctranslate2_computes_the_same_log_probabilities(tmp_path: Path) -> None:
    torch.manual_seed(0)
    shape = Shape(8000, 8000, width=32, heads=4, inner_width=48, encoder_layers=2, decoder_layers=2)
    network = Transformer(shape)
    # Biases and norms begin at 0 and 1, where it could not be seen that they were mixed up.
    for parameter in network.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.5, 0.3)
    write_release(network, MODEL, tmp_path / "release", name="random", aligned=True)
    pairs = [
        ("ذهب الولد إلى المدرسة.", "The boy went to school."),
        ("نعم", "Yes"),
        ("قال الوزير " * 20, "The minister said " * 20),
    ]
    agreement = compare(tmp_path / "release", pairs, quantization="float32")
    assert agreement.pieces > 60
    assert agreement.largest < TOLERANCE
