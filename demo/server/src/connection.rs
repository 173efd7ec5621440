//! One accepted TCP connection and the handle that cuts it.
//! Knows nothing of requests: who cuts, and when, is decided elsewhere.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::watch,
};

/// How a connection ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// What was sent so far arrives, then the end of the stream.
    Close,
    /// A reset: what was not read yet is lost as well.
    Reset,
}

/// Cuts one connection; every request carries its own connection's as an extension.
#[derive(Debug, Clone)]
pub struct Cutter(watch::Sender<Option<Cut>>);

impl Cutter {
    /// A handle, and the receiver that the connection's task listens to.
    pub fn new() -> (Self, watch::Receiver<Option<Cut>>) {
        let (sender, receiver) = watch::channel(None);
        (Self(sender), receiver)
    }

    /// Ends the connection; the task that serves it drops whatever was under way.
    pub fn cut(&self, how: Cut) {
        self.0.send_replace(Some(how));
    }
}

/// The socket as hyper sees it; when dropped it resets the connection if it was told so.
#[derive(Debug)]
pub struct Wire {
    /// The socket itself.
    stream: TcpStream,
    /// Shared with the connection's task, which sets it right before dropping the wire.
    reset: Arc<AtomicBool>,
}

impl Wire {
    /// Wraps a socket; the flag, once true, makes the drop a reset.
    pub fn new(stream: TcpStream) -> (Self, Arc<AtomicBool>) {
        let reset = Arc::new(AtomicBool::new(false));
        (Self { stream, reset: reset.clone() }, reset)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire) {
            // Closing with a linger of zero sends RST. Where it fails, an ordinary close still cuts.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
