//! A connection's socket, plain or under TLS, that knows how to be cut.
//!
//! A reset is a real one: with a linger time of zero the kernel answers the close with RST and drops what
//! it has not sent. It is asked for when the socket is dropped, so that no other way out of a connection
//! can send a clean end in its place.
//!
//! It takes no lists of buffers, so hyper copies what belongs together: heads, events and their chunk's length
//! are short, and to copy them costs less than to hand the kernel a list.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::line::{Cut, Line, Silence};

/// A stream of bytes to and from a client.
pub(super) enum Stream {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

/// A stream that tells its line what happens on it, and does as the line says.
pub(super) struct Wire {
    stream: Stream,
    line: Arc<Line>,
}

impl Wire {
    /// The socket of this line.
    pub(super) fn new(stream: Stream, line: Arc<Line>) -> Self {
        Wire { stream, line }
    }

    /// Everything up to the cut is written: now it comes. The keeper drops what is waiting here.
    fn cut_now<T>(&self) -> Poll<T> {
        self.line.cut(Cut::Now);
        Poll::Pending
    }

    /// Takes note of a write, and of how much is left until a cut.
    fn wrote(&self, room: Option<usize>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.line.write(written.is_ready());
        if let (Some(room), Poll::Ready(Ok(bytes))) = (room, &written) {
            self.line.cut(Cut::After(room.saturating_sub(*bytes)));
        }
        written
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.cutting() == Cut::Now {
            let socket = match &self.stream {
                Stream::Plain(socket) => socket,
                Stream::Tls(stream) => stream.get_ref().0,
            };
            // A socket that takes no options is broken already.
            let _ = socket.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        })?;
        match &buffer.filled()[before..] {
            [] if room > 0 => match self.line.fall_silent() {
                Silence::Told => Poll::Ready(Ok(())),
                // The end of an exchange wakes the keeper, and with it whoever waits here.
                Silence::Kept => Poll::Pending,
                Silence::PutOff => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            },
            heard => {
                self.line.hear(heard);
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let room = match self.line.cutting() {
            Cut::None | Cut::Flushed => None,
            Cut::After(0) => {
                ready!(self.as_mut().poll_flush(context))?;
                return self.cut_now();
            }
            Cut::After(room) => Some(room),
            Cut::Now => return Poll::Pending,
        };
        let bytes = &bytes[..room.unwrap_or(bytes.len()).min(bytes.len())];
        let written = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        self.wrote(room, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        })?;
        if self.line.cutting() == Cut::Flushed {
            return self.cut_now();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
