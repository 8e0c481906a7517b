//! Pure: label geometry, barcodes, PDF and ZPL; number ranges, their blocks, splits and forecasts.
