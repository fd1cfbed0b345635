//! The allocator of the program itself: a bench under another one would measure another program.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
