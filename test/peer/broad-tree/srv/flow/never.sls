never: {test.nop: []}
