"""Errors of the model store.

ModelStoreError
├── ModelNotInstalled      no such model here; the message says how to get it
├── ModelProtected         the bundled model cannot be removed or replaced
├── ModelAlreadyInstalled  remove it first
├── ModelNameInvalid       the name cannot be a folder of the store
├── ModelDamaged           a file differs from its manifest, or is missing
├── ManifestInvalid        manifest.json cannot be read
├── RegistryInvalid        registry.toml cannot be read
├── StoreBusy              another fetch, convert or removal holds the folder
├── DownloadFailed         the release could not be had whole
│   └── DownloadMismatch   it has another size or SHA-256 than expected
├── ArchiveUnsafe          the archive could write where it must not, or fill the disk
├── ReleaseInvalid         not an OPUS-MT release that can be served
│   ├── NormalizationUnknown   preprocess.sh does something no profile covers
│   └── TargetPrefixRequired   it needs a `>>lang<<` token before each sentence
└── ConversionFailed       CTranslate2 could not convert or load the model
"""


class ModelStoreError(Exception):
    """Base of the errors that a user can act on. Its text is one line, fit to be shown."""


class ModelNotInstalled(ModelStoreError):
    """No model of this name is installed."""


class ModelProtected(ModelStoreError):
    """The model comes with the software and is not the user's to change."""


class ModelAlreadyInstalled(ModelStoreError):
    """A model of this name is there; it is never overwritten."""


class ModelNameInvalid(ModelStoreError):
    """The name does not fit the rule for model names."""


class ModelDamaged(ModelStoreError):
    """One or more files of an installed model differ from the manifest or are missing."""


class ManifestInvalid(ModelStoreError):
    """`manifest.json` is missing, unreadable or does not say what it must."""


class RegistryInvalid(ModelStoreError):
    """`registry.toml` is missing, unreadable or does not say what it must."""


class StoreBusy(ModelStoreError):
    """Another process is changing the same models folder. Retry when it has ended."""


class DownloadFailed(ModelStoreError):
    """The download did not end well. What arrived is kept, and the next try goes on from there."""


class DownloadMismatch(DownloadFailed):
    """The file is not the one expected. It was deleted."""


class ArchiveUnsafe(ModelStoreError):
    """The archive breaks a safety rule. Nothing of it was installed."""


class ReleaseInvalid(ModelStoreError):
    """The folder or archive is no OPUS-MT release that this server can serve."""


class NormalizationUnknown(ReleaseInvalid):
    """The release normalizes its text in a way that no profile covers."""


class TargetPrefixRequired(ReleaseInvalid):
    """The release has several target languages; only single-target models are served."""


class ConversionFailed(ModelStoreError):
    """CTranslate2 refused the weights, or could not load its own result."""
