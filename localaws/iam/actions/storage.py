"""S3, Secrets Manager, Parameter Store and KMS.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html,
.../list_awssecretsmanager.html, .../list_awssystemsmanager.html,
.../list_awskeymanagementservice.html
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from moto.secretsmanager.models import secretsmanager_backends

from localaws.iam.actions.needs import Ask, Need, Rules, alike, all_of, anything, at, needs, own

BUCKET = at("arn:aws:s3:::{Bucket}")
OBJECT = at("arn:aws:s3:::{Bucket}/{Key}")
KEYS = at("arn:aws:kms:{region}:{account}:key/*")


def _copied(ask: Ask) -> list[Need]:
    """A copy is read, too."""
    source = unquote(str(ask.value("CopySource") or "")).lstrip("/")
    return [Need("s3:GetObject", f"arn:aws:s3:::{urlsplit(source).path}")] if source else []


def secret(ask: Ask) -> str:
    """A secret: its ARN ends in six letters that its name does not say."""
    named = str(ask.value("SecretId") or ask.value("Name"))
    backend = secretsmanager_backends[ask.account][ask.region]
    found = None if named.startswith("arn:") else backend.secrets.get(named)
    return str(found.arn) if found else named


def _parameter(ask: Ask, name: str) -> str:
    if name.startswith("arn:"):
        return name
    place = f"arn:aws:ssm:{ask.region}:{ask.account}:parameter"
    return f"{place}{name}" if name.startswith("/") else f"{place}/{name}"


def _parameters(ask: Ask) -> list[Need]:
    single = ask.value("Name") or ask.value("Path")
    names = [single] if single else ask.value("Names") or ["*"]
    return [
        Need(f"ssm:{ask.operation}", _parameter(ask, str(name).split(":")[0])) for name in names
    ]


def key(ask: Ask) -> str:
    """A key by its id, its ARN or an alias."""
    named = str(ask.value("KeyId") or "*")
    kind = named if named.startswith("alias/") else f"key/{named}"
    return named if named.startswith("arn:") else f"arn:aws:kms:{ask.region}:{ask.account}:{kind}"


S3: Rules = {
    "GetObject": needs("s3:GetObject", OBJECT),
    "HeadObject": needs("s3:GetObject", OBJECT),
    "GetObjectAttributes": needs("s3:GetObjectAttributes", OBJECT),
    "PutObject": needs("s3:PutObject", OBJECT),
    "CopyObject": all_of(_copied, needs("s3:PutObject", OBJECT)),
    "CreateMultipartUpload": needs("s3:PutObject", OBJECT),
    "UploadPart": needs("s3:PutObject", OBJECT),
    "CompleteMultipartUpload": needs("s3:PutObject", OBJECT),
    "AbortMultipartUpload": needs("s3:AbortMultipartUpload", OBJECT),
    "DeleteObject": needs("s3:DeleteObject", OBJECT),
    "DeleteObjects": needs("s3:DeleteObject", at("arn:aws:s3:::{Bucket}/*")),
    "ListObjects": needs("s3:ListBucket", BUCKET),
    "ListObjectsV2": needs("s3:ListBucket", BUCKET),
    "ListObjectVersions": needs("s3:ListBucketVersions", BUCKET),
    "HeadBucket": needs("s3:ListBucket", BUCKET),
    "ListBuckets": needs("s3:ListAllMyBuckets", anything),
    **own(
        "s3",
        BUCKET,
        "CreateBucket DeleteBucket GetBucketLocation GetBucketPolicy"
        " DeleteBucketPolicy PutBucketPolicy",
    ),
    **own("s3", OBJECT, "GetObjectTagging PutObjectTagging DeleteObjectTagging"),
    "PutBucketNotificationConfiguration": needs("s3:PutBucketNotification", BUCKET),
    "GetBucketNotificationConfiguration": needs("s3:GetBucketNotification", BUCKET),
}
SECRETS: Rules = {
    **own(
        "secretsmanager",
        secret,
        "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue"
        " ListSecretVersionIds PutSecretValue RestoreSecret RotateSecret UpdateSecret",
    ),
    **own("secretsmanager", anything, "GetRandomPassword ListSecrets"),
}
PARAMETERS: Rules = {
    **alike(
        _parameters,
        "DeleteParameter DeleteParameters GetParameter GetParameterHistory GetParameters"
        " GetParametersByPath PutParameter",
    ),
    **own("ssm", anything, "DescribeParameters"),
}
KMS: Rules = {
    **own(
        "kms",
        key,
        "Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext Sign Verify",
    ),
    **own("kms", anything, "CreateKey GenerateRandom ListAliases ListKeys"),
}
