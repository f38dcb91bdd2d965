"""Where the anchors lie.

Source: object_detection/protos/{anchor_generator,ssd_anchor_generator,multiscale_anchor_generator,
grid_anchor_generator}.proto
"""

from boxwright.core.pipeline.message import Int32, Message, Opaque, choice, unsupported


class GridAnchorGenerator(Message):
    """One grid of anchors, in pixels: at each place every scale with every aspect ratio."""

    height: Int32 = 256
    width: Int32 = 256
    height_stride: Int32 = 16
    width_stride: Int32 = 16
    height_offset: Int32 = 0
    width_offset: Int32 = 0
    scales: tuple[float, ...] = ()
    aspect_ratios: tuple[float, ...] = ()


class SsdAnchorGenerator(Message):
    """Anchors for each layer, scales growing linearly from min_scale to max_scale; as shares of the image.

    What is unsupported was in no config that could be measured: what it does exactly would be a guess.

    SSD, section 2.2 "Choosing scales and aspect ratios for default boxes", https://arxiv.org/abs/1512.02325
    """

    num_layers: Int32 = 6
    min_scale: float = 0.2
    max_scale: float = 0.95
    scales: tuple[float, ...] = unsupported(())
    aspect_ratios: tuple[float, ...] = ()
    interpolated_scale_aspect_ratio: float = 1.0
    reduce_boxes_in_lowest_layer: bool = True
    base_anchor_height: float = 1.0
    base_anchor_width: float = 1.0
    height_stride: tuple[Int32, ...] = unsupported(())
    width_stride: tuple[Int32, ...] = unsupported(())
    height_offset: tuple[Int32, ...] = unsupported(())
    width_offset: tuple[Int32, ...] = unsupported(())


class MultiscaleAnchorGenerator(Message):
    """Anchors of a feature pyramid: anchor_scale times the level's stride, several to an octave.

    RetinaNet, section 4 "Anchors", https://arxiv.org/abs/1708.02002
    """

    min_level: Int32 = 3
    max_level: Int32 = 7
    anchor_scale: float = 4.0
    aspect_ratios: tuple[float, ...] = ()
    scales_per_octave: Int32 = 2
    normalize_coordinates: bool = unsupported(True)


class AnchorGenerator(Message):
    """How anchors are laid out."""

    grid_anchor_generator: GridAnchorGenerator | None = choice("anchor_generator")
    ssd_anchor_generator: SsdAnchorGenerator | None = choice("anchor_generator")
    multiscale_anchor_generator: MultiscaleAnchorGenerator | None = choice("anchor_generator")
    flexible_grid_anchor_generator: Opaque | None = choice("anchor_generator", "unsupported")
