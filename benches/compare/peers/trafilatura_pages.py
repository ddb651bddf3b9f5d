# Extracts the text of the pages listed in a file, one path a line, into a directory, and prints how many seconds that took.
# Starting Python and loading the library do not count.
import os
import sys
import time

from trafilatura import extract

listed, out = sys.argv[1:3]
with open(listed, encoding="utf-8") as file:
    paths = file.read().splitlines()
os.makedirs(out, exist_ok=True)
begin = time.monotonic()
for number, path in enumerate(paths):
    with open(path, "rb") as file:
        text = extract(file.read())
    with open(os.path.join(out, f"{number}.txt"), "w", encoding="utf-8") as file:
        file.write(text or "")
print(time.monotonic() - begin)
