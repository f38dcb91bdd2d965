"""The checkpoints of TensorFlow 1 that detectors start from: the detection zoo's, and slim's classifiers.

Names and addresses are those of the two pages below, which publish neither sizes nor checksums. Sizes and
checksums were stated for the same addresses by Intel's Open Model Zoo, models/public/<folder>/model.yml in
https://github.com/openvinotoolkit/open_model_zoo; the folder stands beside each size. No size: not stated.
"""

from pathlib import Path

from boxwright.core.fetch.item import Item

ZOO_PAGE = (
    "https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/tf1_detection_zoo.md"
)
SLIM_PAGE = "https://github.com/tensorflow/models/tree/master/research/slim#pre-trained-models"
# download.tensorflow.org is this bucket by another name; it serves the same files over TLS.
_BUCKET = "https://storage.googleapis.com/download.tensorflow.org"
_INDEX = ".index"


def checkpoint_in(folder: Path) -> Path | None:
    """A folder's checkpoint: the prefix `model.ckpt`, or the single file of the format before it, or None."""
    indices = sorted(folder.glob(f"*.ckpt{_INDEX}"))
    if indices:
        return indices[0].with_name(indices[0].name.removesuffix(_INDEX))
    # Until 2016 a checkpoint was one file, as inception_v2's is.
    return next((path for path in sorted(folder.glob("*.ckpt")) if path.is_file()), None)


def fault(folder: Path) -> str | None:
    """What keeps a folder from being a fetched model; None: it holds a checkpoint."""
    return "no model: it holds no checkpoint" if checkpoint_in(folder) is None else None


def _detector(
    name: str, folder: str, *mirrors: str, size: int | None = None, digest: str | None = None
) -> Item:
    path = f"models/object_detection/{folder}.tar.gz"
    return Item(
        name=name,
        kind="detection model",
        folder=folder,
        urls=(*_hosted(path), *mirrors),
        size=size,
        digest=digest,
        source=ZOO_PAGE,
        fault=fault,
    )


def _classifier(name: str, *urls: str, size: int, digest: str) -> Item:
    return Item(
        name=name,
        kind="classification model",
        folder=name,
        urls=urls,
        size=size,
        digest=digest,
        source=SLIM_PAGE,
        fault=fault,
    )


def _hosted(path: str) -> tuple[str, str]:
    return f"http://download.tensorflow.org/{path}", f"{_BUCKET}/{path}"


MODELS = (
    _detector(
        "ssd_mobilenet_v1_coco",
        "ssd_mobilenet_v1_coco_2018_01_28",
        "https://zenodo.org/records/3361502/files/ssd_mobilenet_v1_coco_2018_01_28.tar.gz?download=1",
        size=76_541_073,  # ssd_mobilenet_v1_coco
        digest="sha256:8788f89108519fd1102b8a5c2ac861cf6d86603571b6ce5bbd1c245b7fe005e3",
    ),
    _detector(
        "ssd_mobilenet_v2_coco",
        "ssd_mobilenet_v2_coco_2018_03_29",
        size=187_925_923,  # ssd_mobilenet_v2_coco
        digest="sha256:b9380178b2e35333f1a735e39745928488bdabeb9ed20bc6fa07af8172cb5adc",
    ),
    _detector(
        "ssdlite_mobilenet_v2_coco",
        "ssdlite_mobilenet_v2_coco_2018_05_09",
        size=51_025_348,  # ssdlite_mobilenet_v2
        digest="sha256:542445cce834dbfbb7df1991425d475e85a2d7ec68c60a4f262bb18aac10c8b2",
    ),
    _detector("ssd_inception_v2_coco", "ssd_inception_v2_coco_2018_01_28"),
    _detector(
        "ssd_resnet_50_fpn_coco",
        "ssd_resnet50_v1_fpn_shared_box_predictor_640x640_coco14_sync_2018_07_03",
        size=366_947_246,  # ssd_resnet50_v1_fpn_coco
        digest="sha256:b5ff24a4a013130ebbbf5da71fbbd05a5df27825184632899650f45833ffb66b",
    ),
    _detector(
        "faster_rcnn_inception_v2_coco",
        "faster_rcnn_inception_v2_coco_2018_01_28",
        size=149_119_618,  # faster_rcnn_inception_v2_coco
        digest="sha256:db3295e9a52d406540e84bdd056edeedbf938782a7bc4af7918aaa5dc30f0df5",
    ),
    _detector(
        "faster_rcnn_resnet50_coco",
        "faster_rcnn_resnet50_coco_2018_01_28",
        size=381_355_771,  # faster_rcnn_resnet50_coco
        digest="sha256:0f898f96d6c416de192c516fb6fa773ae9f5ee253eb2ab4015445fbd6eb0ab76",
    ),
    _detector(
        "faster_rcnn_resnet101_coco",
        "faster_rcnn_resnet101_coco_2018_01_28",
        size=593_445_323,  # faster_rcnn_resnet101_coco
        digest="sha384:d39799f52422740e78f66b9f8df2c360b232fb39a1d895d8"
        "9dbebf71c4a9e65369b8d42f52e442552f13d11fe23ca758",
    ),
    _detector(
        "faster_rcnn_inception_resnet_v2_atrous_coco",
        "faster_rcnn_inception_resnet_v2_atrous_coco_2018_01_28",
        size=672_221_478,  # faster_rcnn_inception_resnet_v2_atrous_coco
        digest="sha384:4b44a30cd9b989bc1c0d2f247977389a7daab590a0154b33"
        "3d80a23fafa9570de6a4bc38226ee67c5cdd5549d8ea96d5",
    ),
    _detector(
        "rfcn_resnet101_coco",
        "rfcn_resnet101_coco_2018_01_28",
        size=652_955_004,  # rfcn-resnet101-coco-tf
        digest="sha256:e10d71260515cc0240d53ea8fc9e61669bc10c2df5e67ace682832113ac17205",
    ),
    _classifier(
        "mobilenet_v1_1.0_224",
        *_hosted("models/mobilenet_v1_2018_08_02/mobilenet_v1_1.0_224.tgz"),
        size=94_321_559,  # mobilenet-v1-1.0-224-tf
        digest="sha256:2fadeabb9968ec6833bee903900dda6e61b3947200535874ce2fe42a8493abc0",
    ),
    _classifier(
        "mobilenet_v2_1.0_224",
        "https://storage.googleapis.com/mobilenet_v2/checkpoints/mobilenet_v2_1.0_224.tgz",
        size=78_306_834,  # mobilenet-v2-1.0-224
        digest="sha256:318084bc1b63d6d7b854553e09cdf77078b1c0168be27c59a0d44253b5ed49dc",
    ),
    _classifier(
        "inception_v2",
        *_hosted("models/inception_v2_2016_08_28.tar.gz"),
        "https://storage.openvinotoolkit.org/repositories/open_model_zoo/public/2022.1/googlenet-v2-tf/"
        "inception_v2_2016_08_28.tar.gz",
        size=41_577_079,  # googlenet-v2-tf
        digest="sha384:c0b2efbae8fc5e237ae67637dca3f311d4b4f7da576b5606"
        "7e83d95c398a2fccd50baff9cc0de64335f4d7b78e1adb07",
    ),
)
