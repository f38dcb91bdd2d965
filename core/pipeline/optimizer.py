"""How weights are moved, and how far at which step.

Source: object_detection/protos/optimizer.proto
"""

from boxwright.core.pipeline.message import Message, UInt32, choice


class ConstantLearningRate(Message):
    """The same rate at every step."""

    learning_rate: float = 0.002


class ExponentialDecayLearningRate(Message):
    """The rate times decay_factor every decay_steps: in steps, or gradually without staircase.

    burnin_learning_rate    the rate of the first burnin_steps
    """

    initial_learning_rate: float = 0.002
    decay_steps: UInt32 = 4_000_000
    decay_factor: float = 0.95
    staircase: bool = True
    burnin_learning_rate: float = 0.0
    burnin_steps: UInt32 = 0
    min_learning_rate: float = 0.0


class LearningRateSchedule(Message):
    """From `step` on, this rate."""

    step: UInt32 = 0
    learning_rate: float = 0.002


class ManualStepLearningRate(Message):
    """Rates by step; with warmup the rate is interpolated up to the first."""

    initial_learning_rate: float = 0.002
    schedule: tuple[LearningRateSchedule, ...] = ()
    warmup: bool = False


class CosineDecayLearningRate(Message):
    """A linear warm-up to the base rate, then half a cosine down to 0 at total_steps."""

    learning_rate_base: float = 0.002
    total_steps: UInt32 = 4_000_000
    warmup_learning_rate: float = 0.0002
    warmup_steps: UInt32 = 10_000
    hold_base_rate_steps: UInt32 = 0


class LearningRate(Message):
    """The rate at each step."""

    constant_learning_rate: ConstantLearningRate | None = choice("rate")
    exponential_decay_learning_rate: ExponentialDecayLearningRate | None = choice("rate")
    manual_step_learning_rate: ManualStepLearningRate | None = choice("rate")
    cosine_decay_learning_rate: CosineDecayLearningRate | None = choice("rate")


class RMSPropOptimizer(Message):
    """RMSProp as TensorFlow 1 has it: epsilon is added to the mean square, under the root."""

    learning_rate: LearningRate = LearningRate()
    momentum_optimizer_value: float = 0.9
    decay: float = 0.9
    epsilon: float = 1.0


class MomentumOptimizer(Message):
    """Gradient descent with momentum."""

    learning_rate: LearningRate = LearningRate()
    momentum_optimizer_value: float = 0.9


class AdamOptimizer(Message):
    """Adam (https://arxiv.org/abs/1412.6980)."""

    learning_rate: LearningRate = LearningRate()
    epsilon: float = 1e-8


class Optimizer(Message):
    """How weights are moved, and whether their moving averages are kept beside them."""

    rms_prop_optimizer: RMSPropOptimizer | None = choice("optimizer")
    momentum_optimizer: MomentumOptimizer | None = choice("optimizer")
    adam_optimizer: AdamOptimizer | None = choice("optimizer")
    use_moving_average: bool = True
    moving_average_decay: float = 0.9999
