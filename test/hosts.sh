#!/bin/sh
# Two hosts on one machine, each with a network, a name and mounts of its own, one rank on each. mpirun reaches the second by `nsenter` in
# place of ssh.
#   unshare --map-root-user --net --mount --uts sh test/hosts.sh RUN COMMAND…
# RUN is run on the second host before anything else, as `mount -t tmpfs none FOLDER`, which hides what is in a folder; `true` for none.
set -e
run=$1
shift
hostname first
ip link set lo up
unshare --net --mount --uts sh -c "set -e; hostname second; ip link set lo up; $run; exec sleep 600" &
second=$!
agent=$(mktemp)
trap 'kill $second; rm -f $agent' EXIT
while [ "$(readlink /proc/$second/ns/uts)" = "$(readlink /proc/self/ns/uts)" ]; do sleep 0.05; done
ip link add here type veth peer name there netns $second
ip addr add 10.77.0.1/24 dev here
ip link set here up
nsenter -t $second --net sh -c 'ip addr add 10.77.0.2/24 dev there; ip link set there up'
# As ssh: HOST, then a command in one piece or several.
cat > $agent <<END
#!/bin/sh
shift
exec nsenter -t $second --net --mount --uts sh -c "\$*"
END
chmod +x $agent
mpirun --mca plm_rsh_agent $agent --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
  --bind-to none --host 10.77.0.1:1,10.77.0.2:1 -n 2 "$@"
