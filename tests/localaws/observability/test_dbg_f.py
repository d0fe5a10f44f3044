from typing import Any
import boto3, io, zipfile, textwrap
CODE='''
import time, datetime
def show(w): print(w, time.time(), datetime.datetime.now())
show('a')
import aws_lambda_powertools
show('b')
from aws_lambda_powertools import Metrics
show('c')
def lambda_handler(event, context): show('d')
'''
def test_x(make_function: Any, cloud: Any, invoke: Any) -> None:
    function, buffer = make_function("def lambda_handler(event, context): pass"), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("app.py", textwrap.dedent(CODE))
        package.writestr("requirements.txt", "aws-lambda-powertools")
    boto3.client("lambda").update_function_code(FunctionName=function, ZipFile=buffer.getvalue())
    print(invoke(function)['log'])
    print(invoke(function)['log'])
    assert 0
