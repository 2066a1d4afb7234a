"""`tf.contrib.distributions`: those of `tf.distributions`, and a few more."""

from headwater._src.distributions.base import (
    FULLY_REPARAMETERIZED as FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED as NOT_REPARAMETERIZED,
    Distribution as Distribution,
    RegisterKL as RegisterKL,
    ReparameterizationType as ReparameterizationType,
    kl_divergence as kl_divergence,
)
from headwater._src.distributions.continuous import (
    Beta as Beta,
    Exponential as Exponential,
    Gamma as Gamma,
    Laplace as Laplace,
    Normal as Normal,
    StudentT as StudentT,
    Uniform as Uniform,
)
from headwater._src.distributions.discrete import (
    Bernoulli as Bernoulli,
    Categorical as Categorical,
    Dirichlet as Dirichlet,
    DirichletMultinomial as DirichletMultinomial,
    Multinomial as Multinomial,
    OneHotCategorical as OneHotCategorical,
)
from headwater._src.distributions.multivariate import (
    MultivariateNormalDiag as MultivariateNormalDiag,
)
