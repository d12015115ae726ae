import subprocess

LINES = """
echo $((1 + 2))
timeout 2 true && cp -a /tmp/work /tmp/copy && tar cf /tmp/all.tar -C /tmp work && gzip /tmp/all.tar
awk 'BEGIN {print 7}' | sort | tee again
mkfifo /tmp/named && bash -c 'echo bash'
"""
done = subprocess.run(LINES, shell=True, capture_output=True, text=True, start_new_session=True)
assert (done.stdout, done.stderr) == ("3\n7\nbash\n", ""), done
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
assert len(child.communicate(bytes(300_000))[0]) == 300_000
