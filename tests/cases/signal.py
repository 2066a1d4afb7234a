"""Fourier transforms, counts, polynomials."""

from .case import A, Case

COMPLEX = A((2, 3, 4), "complex64")
REAL = A((2, 3, 5))
CLASSES = A(dtype="int32", values=(1, 1, 2, 0, 3))

CASES = [
    *[
        Case(f"signal.{name}", (COMPLEX,))
        for name in ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d")
    ],
    *[Case(f"signal.{name}", (REAL,)) for name in ("rfft", "rfft2d", "rfft3d")],
    *[Case("signal.rfft", (REAL, [n])) for n in (4, 5, 8)],
    *[Case(f"signal.{name}", (COMPLEX,)) for name in ("irfft", "irfft2d", "irfft3d")],
    *[Case("signal.irfft", (COMPLEX, [n])) for n in (5, 6, 9)],
    Case("spectral.rfft", (REAL,)),
    *[Case(f"signal.{name}", (REAL,)) for name in ("fftshift", "ifftshift")],
    Case("histogram_fixed_width", (REAL, [-1.0, 1.0]), {"nbins": 5}),
    Case("math.cumulative_logsumexp", (REAL,), {"axis": 1}),
    Case("math.cumulative_logsumexp", (REAL,), {"axis": 2, "reverse": True, "exclusive": True}),
    Case("math.polyval", ([2.0, -1.0, 0.5], REAL)),
    Case("math.nextafter", (A((3,), "float64"), A((3,), "float64"))),
]
