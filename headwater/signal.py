"""`tf.signal`: Fourier transforms."""

from headwater._src.ops.fourier import fft as fft
from headwater._src.ops.fourier import fft2d as fft2d
from headwater._src.ops.fourier import fft3d as fft3d
from headwater._src.ops.fourier import fftshift as fftshift
from headwater._src.ops.fourier import ifft as ifft
from headwater._src.ops.fourier import ifft2d as ifft2d
from headwater._src.ops.fourier import ifft3d as ifft3d
from headwater._src.ops.fourier import ifftshift as ifftshift
from headwater._src.ops.fourier import irfft as irfft
from headwater._src.ops.fourier import irfft2d as irfft2d
from headwater._src.ops.fourier import irfft3d as irfft3d
from headwater._src.ops.fourier import rfft as rfft
from headwater._src.ops.fourier import rfft2d as rfft2d
from headwater._src.ops.fourier import rfft3d as rfft3d
