//! One HTTP exchange with somebody else: the port, how far a call got, and the client that connects.
