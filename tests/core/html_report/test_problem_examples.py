from boxwright.core.html_report.problem_examples import EXAMPLES, ProblemExamples
from boxwright.core.problems import Problem
from boxwright.core.schema import ImageRecord


def record(name):
    return ImageRecord(path=name, width=10, height=10)


def problem(code, path="annotations.json", action="keep"):
    return Problem(code=code, path=path, where="", message="m", action=action)


def of(examples):
    return {code: [one.record.path for one in found] for code, found in examples.of_code.items()}


def test_a_problem_of_a_record_is_about_the_next_one():
    examples = ProblemExamples()
    examples.record(record("a.jpg"))
    examples.problem(problem("box_empty"))
    examples.record(record("b.jpg"))
    assert of(examples) == {"box_empty": ["b.jpg"]}


def test_a_problem_of_the_whole_file_is_about_no_record():
    examples = ProblemExamples()
    examples.problem(problem("duplicate_id"))
    examples.record(record("a.jpg"))
    assert of(examples) == {"duplicate_id": []}


def test_a_problem_in_a_file_of_the_records_name_is_about_it():
    examples = ProblemExamples()
    examples.problem(problem("missing_field", "Annotations/a.xml"))
    examples.record(record("a.jpg"))
    assert of(examples) == {"missing_field": ["a.jpg"]}


def test_problems_of_a_skipped_image_are_not_the_next_ones():
    examples = ProblemExamples()
    examples.problem(problem("box_empty"))
    examples.problem(problem("missing_image", action="skip"))
    examples.record(record("b.jpg"))
    assert of(examples) == {}


def test_a_few_records_are_kept_each_once():
    examples = ProblemExamples()
    for number in range(EXAMPLES + 2):
        examples.problem(problem("box_empty"))
        examples.problem(problem("box_empty"))
        examples.record(record(f"{number}.jpg"))
    assert of(examples) == {"box_empty": ["0.jpg", "1.jpg", "2.jpg"]}
