"""The pages in a browser: `radiosens serve`, for this machine unless asked otherwise.

`jobs` keeps each job in a directory of its own; `queue` does one after the other, each in a
process (`worker`), whose work the flows of `flows` name; `app` answers requests, and `guard`
lets only those through that may ask.
"""
