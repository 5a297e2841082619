"""The transformer against one written out with PyTorch's own layers, and training against a plain loop."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from mirage.families import tasks, training, transformer
from mirage.families.transformer import ANSWER, PROMPT, SYMBOLS, Recipe, Transformer

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")  # of its own parts, on compiling
SMALL = Recipe(12, steps=30, batch=16, decay=0.5)  # so strong that it shows in 30 steps


def sums(items, seed):
    return tasks.written("+", tasks.draw("+", items, (1, 2, 3, 4), test=False, rng=seed))


class Textbook(nn.Module):
    """One model of the stack, from standard layers, that computes every column of every block."""

    def __init__(self, models: Transformer, which: int):
        super().__init__()
        self.heads, self.layers = models.recipe.heads, models.recipe.layers
        self.weights = {name: weights[which] for name, weights in models.named_parameters()}

    def forward(self, symbols):
        w = self.weights
        stream = functional.embedding(symbols, w["symbol"]) + w["place"][: symbols.shape[1]]
        width = stream.shape[2]
        for layer in range(self.layers):
            seen = functional.rms_norm(stream, (width,), w[f"norm1_{layer}"])
            later = torch.ones(symbols.shape[1], symbols.shape[1], dtype=torch.bool).triu(1)
            read = seen.transpose(0, 1)  # places first
            mixed, _ = functional.multi_head_attention_forward(
                *(read, read, read, width, self.heads, w[f"qkv_{layer}"].T, None, None, None, False, 0.0),
                *(w[f"mix_{layer}"].T, None),
                attn_mask=later,
                need_weights=False,
            )
            stream = stream + mixed.transpose(0, 1)
            seen = functional.rms_norm(stream, (width,), w[f"norm2_{layer}"])
            stream = stream + functional.gelu(seen @ w[f"up_{layer}"]) @ w[f"down_{layer}"]
        return functional.rms_norm(stream, (width,), w["norm"]) @ w["read"]


@pytest.fixture(scope="module")
def trained():
    """Two models that have learned a little, so that their answers differ."""
    *_, (_, models, _) = training.train(Recipe(16, steps=60), (3, 4), sums, compiled=False)
    return models


@pytest.mark.parametrize("recipe", [Recipe(6), Recipe(32, layers=1), Recipe(48, layers=3)], ids=str)
def test_the_scores_are_those_of_the_textbook(recipe):
    models = Transformer(recipe, (0, 7))
    codes = torch.from_numpy(transformer.encoded(sums(5, 0))).long()[:, :-1]
    scores = models(codes.expand(2, -1, -1))
    for which in range(2):
        expected = Textbook(models, which)(codes)[:, PROMPT - 1 :]
        torch.testing.assert_close(scores[which], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("recipe", [Recipe(6), Recipe(24), Recipe(64, layers=3)], ids=str)
def test_the_parameters_are_counted(recipe):
    width = recipe.width
    blocks = recipe.layers * (12 * width**2 + 2 * width)
    assert recipe.parameters == blocks + (len(SYMBOLS) + 15) * width + width + width * len(SYMBOLS)
    assert recipe.parameters == sum(weights.numel() for weights in Transformer(recipe, (0,)).parameters())


def test_a_symbol_does_not_change_what_comes_before_it(trained):
    codes = torch.from_numpy(transformer.encoded(sums(4, 1))).long()[:, :-1].expand(2, -1, -1).clone()
    before = trained(codes)
    codes[..., PROMPT + 2] = SYMBOLS.index("x")
    after = trained(codes)
    torch.testing.assert_close(before[:, :, :3], after[:, :, :3])
    assert (before[:, :, 3:] != after[:, :, 3:]).any()


def test_answers_are_those_of_one_symbol_after_the_other(trained):
    items = sums(40, 2)
    for which, answers in enumerate(trained.answers(items)):
        textbook = Textbook(trained, which)
        for row in answers.itertuples():
            text = row.item.rjust(PROMPT)
            while len(text) < PROMPT + ANSWER and not text.endswith("."):
                codes = torch.tensor([[SYMBOLS.index(symbol) for symbol in text]])
                text += SYMBOLS[int(textbook(codes)[0, -1].argmax())]
            assert row.prediction == text[PROMPT:]


def test_predictions_do_not_depend_on_the_targets_or_on_the_other_items(trained):
    items = sums(60, 5)
    expected = trained.answers(items)[0]["prediction"]
    nearly = expected.str[:1].replace("7", "1") + expected.str[1:]  # the first symbol wrong, the others right
    nearly = nearly.where(nearly != expected, "7" + expected.str[1:]).str.slice(0, ANSWER)
    for one in range(len(items)):
        asked = items[one : one + 1].assign(target=nearly[one])
        assert trained.answers(asked)[0]["prediction"].tolist() == [expected[one]]


def test_log_probabilities_are_those_of_the_targets_symbols(trained):
    items = sums(20, 3)
    for which, answers in enumerate(trained.answers(items)):
        textbook = Textbook(trained, which)
        for row in answers.itertuples():
            codes = torch.tensor([[SYMBOLS.index(symbol) for symbol in row.item.rjust(PROMPT) + row.target]])
            known = functional.log_softmax(textbook(codes[:, :-1]), -1)[0, PROMPT - 1 :]
            expected = known.gather(1, codes[0, PROMPT:, None])[:, 0]
            np.testing.assert_allclose(row.log_probabilities, expected.detach(), rtol=1e-4, atol=1e-5)


def test_many_items_are_answered_as_few_are(trained, monkeypatch):
    items = sums(30, 4)
    whole = trained.answers(items)[1]
    monkeypatch.setattr(transformer, "_AT_ONCE", 7)
    parts = trained.answers(items)[1]
    assert whole["prediction"].tolist() == parts["prediction"].tolist()


def plain_losses(recipe, seed, compiled_data):
    """Train one model with a plain loop, and PyTorch's own clipping."""
    model = Transformer(recipe, (seed,))
    norms = [weights for name, weights in model.named_parameters() if "norm" in name]
    others = [weights for name, weights in model.named_parameters() if "norm" not in name]
    groups = [{"params": others, "weight_decay": recipe.decay}, {"params": norms, "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    losses = []
    for step in range(recipe.steps):
        warm = round(0.02 * recipe.steps) or 1
        after = (step - warm) / (recipe.steps - warm)
        share = (step + 1) / warm if step < warm else 0.02 + 0.49 * (1 + math.cos(math.pi * after))
        for group in optimizer.param_groups:
            group["lr"] = share * recipe.rate * min(0.012, 0.03 * recipe.width**-0.4)
        batch = compiled_data[step * recipe.batch : (step + 1) * recipe.batch]
        scores = Textbook(model, 0)(batch[:, :-1])[:, PROMPT - 1 :]
        loss = functional.cross_entropy(
            scores.flatten(0, 1), batch[:, PROMPT:].flatten(), ignore_index=SYMBOLS.index(" ")
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("compiled", [False, True])
def test_a_stack_learns_as_each_model_would_alone(compiled):
    *_, (_, _, losses) = training.train(SMALL, (5, 6), sums, compiled=compiled)
    for which, seed in enumerate((5, 6)):
        data = torch.from_numpy(transformer.encoded(sums(SMALL.steps * SMALL.batch, seed))).long()
        np.testing.assert_allclose(losses[:, which], plain_losses(SMALL, seed, data), atol=1e-4)


def test_the_same_seed_gives_the_same_model():
    runs = [list(training.train(SMALL, (1,), sums, compiled=False))[-1] for _ in range(2)]
    np.testing.assert_array_equal(runs[0][2], runs[1][2])
    first, other = (run[1].answers(sums(10, 9))[0] for run in runs)
    pd.testing.assert_frame_equal(first, other)


def test_it_is_yielded_at_the_checkpoints_and_at_the_end():
    seen = [
        (step, len(models.seeds), losses.shape)
        for step, models, losses in training.train(SMALL, (1, 2), sums, checkpoints=(10, 30), compiled=False)
    ]
    assert seen == [(10, 2, (10, 2)), (30, 2, (30, 2))]


def test_it_learns_to_copy_a_digit():
    def copies(items, seed):
        digits = np.random.default_rng(seed).integers(10, size=items).astype(str)
        return pd.DataFrame({"item": np.char.add(digits, "="), "target": np.char.add(digits, ".")})

    *_, (_, models, losses) = training.train(Recipe(16, steps=300), (0,), copies, compiled=False)
    assert losses[0] > 2 and losses[-1] < 0.05
    (answers,) = models.answers(copies(50, 1))
    assert (answers["prediction"] == answers["target"]).all()


def test_the_symbols_are_encoded_and_read_back():
    items = pd.DataFrame({"item": ["12+345=", "9999+9999="], "target": ["357.", "19998."]})
    codes = transformer.encoded(items)
    assert ["".join(SYMBOLS[code] for code in row) for row in codes] == [
        "   12+345=357.  ",
        "9999+9999=19998.",
    ]
    assert transformer._decoded(codes[:, PROMPT:]) == ["357.", "19998."]
    assert transformer._decoded(codes[:, :6]) == ["   12+", "9999+9"]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"item": ["10000+9999="], "target": ["19999."]}, "item must have at most 10 symbols; got 11"),
        ({"item": ["1+1="], "target": ["1234567"]}, "target must have at most 6 symbols; got 7"),
        ({"item": ["1-1="], "target": ["0."]}, "items and targets must consist of .*; got '-'"),
        ({"item": ["1×1="], "target": ["1."]}, "items and targets must consist of .*; got '×'"),
    ],
)
def test_what_cannot_be_written_is_refused(items, message):
    with pytest.raises(ValueError, match=message):
        transformer.encoded(pd.DataFrame(items))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 0}, "width must be finite and at least 1; got 0"),
        ({"width": 7}, "width must be a multiple of its 2 heads; got 7"),
        ({"steps": 1.5}, r"steps must be whole numbers from 1 to 2\*\*53; got 1\.5"),
        ({"rate": 0.0}, "rate must be finite and above 0; got 0"),
        ({"decay": -1.0}, "decay must be finite and at least 0; got -1"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{"width": 8} | change)


def test_training_that_cannot_be_done_is_refused():
    with pytest.raises(ValueError, match="seeds must hold at least one; got none"):
        next(training.train(SMALL, (), sums))
    with pytest.raises(ValueError, match="checkpoints must be steps from 1 to 30; got 31"):
        next(training.train(SMALL, (0,), sums, checkpoints=(31,)))
