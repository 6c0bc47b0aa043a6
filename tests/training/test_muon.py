import pytest
import torch
from models.training.muon import BatchedMuon, orthogonalize

pytestmark = pytest.mark.training

SHAPES = [(16, 16), (16, 16), (16, 48), (48, 16), (24, 16)]


def matrices(seed: int) -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.nn.Parameter(torch.randn(*shape, generator=generator)) for shape in SHAPES]


def test_its_steps_are_those_of_pytorch() -> None:
    ours, theirs = matrices(1), matrices(1)
    optimizers = (
        BatchedMuon(ours, lr=0.02),
        torch.optim.Muon(theirs, lr=0.02, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
    )
    for step in range(5):
        for mine, other, gradient in zip(ours, theirs, matrices(10 + step), strict=True):
            mine.grad, other.grad = gradient.detach().clone(), gradient.detach().clone()
        for optimizer in optimizers:
            optimizer.step()
    moved = [after - before for after, before in zip(ours, matrices(1), strict=True)]
    # Both round to bfloat16 on the way, but not at the same places.
    for mine, other, distance in zip(ours, theirs, moved, strict=True):
        assert (mine - other).norm() < 0.02 * distance.norm()


def test_a_matrix_without_a_gradient_stays() -> None:
    still, moved = matrices(1)[:2]
    before = still.detach().clone()
    moved.grad = torch.ones_like(moved)
    BatchedMuon([still, moved], lr=0.1).step()
    assert torch.equal(still, before)


def test_orthogonalized_matrices_have_singular_values_near_one() -> None:
    stacked = torch.randn(4, 16, 48, generator=torch.Generator().manual_seed(2))
    values = torch.linalg.svdvals(orthogonalize(stacked))
    assert values.min() > 0.5
    assert values.max() < 1.3
