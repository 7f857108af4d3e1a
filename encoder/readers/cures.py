"""What mends a reader that cannot be opened, in the words of every hint."""

LIBUSB_CURE = "apt install libusb-1.0-0"
UDEV_CURE = "give your user access with a udev rule, then plug the reader in again"
DIALOUT_CURE = "add your user to the group dialout, then log in again"
KERNEL_CURE = "end the other program, or: modprobe -r pn533_usb port100"
PORT_CURE = "take a port between 49152 and 65535, one that /etc/services does not name"
