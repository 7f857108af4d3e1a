"""What mends a reader that cannot be opened, in the words of every hint."""

LIBUSB_CURE = "apt install libusb-1.0-0"
UDEV_CURE = (
    "give your user access with a udev rule (deploy/udev/60-wecard-readers.rules),"
    " then plug the reader in again"
)
DIALOUT_CURE = "add your user to the group dialout, then log in again"
KERNEL_CURE = (
    "end the other program, or: modprobe -r pn533_usb port100,"
    " and for good: deploy/modprobe/wecard-readers.conf"
)
PORT_CURE = "take a port between 49152 and 65535, one that /etc/services does not name"
PLUG_IN_CURE = "plug the reader in, then list the readers with: wecard-encoder readers"
PYSCARD_CURE = 'apt install swig libpcsclite-dev gcc python3-dev, then: pip install "wecard[pcsc]"'
PCSCD_CURE = "apt install pcscd, then: systemctl start pcscd.socket"
PCSCD_HOLDS_CURE = (
    "take the reader by its PC/SC path (--reader pcsc),"
    " or: systemctl stop pcscd.socket pcscd.service"
)
PCSC_IN_USE_CURE = "end the other program that uses smart cards, then lay the card down again"
PCSC_RIGHTS_CURE = "let your user access PC/SC readers: polkit, action org.debian.pcsc-lite"
NOT_CONTACTLESS_CURE = "name another reader, or another slot of this one: --reader pcsc:NAME"
OTHER_PROGRAM_CURE = "end the other program, or plug the reader in again"
LIBCCID_CURE = "apt install libccid, then: systemctl restart pcscd.service"
