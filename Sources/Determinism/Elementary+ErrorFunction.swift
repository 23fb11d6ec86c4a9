extension Elementary {
    /// The error function 2/√π ∫₀ˣ e^(−t²) dt, within 0.9 ulp; odd to the bit, ±1 from |x| = 6 on.
    ///
    /// Below ½ it is x + x P(x²) with P of degree 9. Above, a polynomial of degree 16 about the middle of each
    /// interval of ½, whose constant term has a head and a tail, so that only the last sum rounds noticeably.
    /// `Tests/DeterminismTests/error_function_reference.py coefficients` prints the numbers.
    @inlinable
    public static func erf(_ x: Double) -> Double {
        let magnitude = x.magnitude
        if magnitude < 0.5 {
            // The cube is lost in rounding, and a product with it would turn −0 into +0.
            if magnitude < 0x1p-1000 { return x * 0x1.20dd750429b6dp0 }
            return x + x * errorFunctionNearZero(x * x)
        }
        guard magnitude < 6 else { return x.isNaN ? .nan : (x < 0 ? -1 : 1) }
        let interval = Int(2 * magnitude)
        let t = magnitude - (0.5 * Double(interval) + 0.25)
        let result = errorFunctionTable.withUnsafeBufferPointer { table -> Double in
            let row = (interval &- 1) &* errorFunctionRow
            var sum = table[row &+ errorFunctionRow &- 1]
            var index = row &+ errorFunctionRow &- 2
            while index > row &+ 1 {
                sum = sum * t + table[index]
                index &-= 1
            }
            return table[row] + (table[row &+ 1] + t * sum)
        }
        // The result is positive: it takes the sign of x without a branch.
        return Double(bitPattern: result.bitPattern | x.bitPattern & 0x8000_0000_0000_0000)
    }

    /// erf x / x − 1 for z = x² ≤ ¼.
    @inlinable
    @inline(__always)
    static func errorFunctionNearZero(_ z: Double) -> Double {
        let z2 = z * z
        let z4 = z2 * z2
        let p01 = 0x1.06eba8214db69p-3 - z * 0x1.812746b0379e6p-2
        let p23 = 0x1.ce2f21a042b29p-4 - z * 0x1.b82ce3127f71fp-6
        let p45 = 0x1.565bcd0aa5a2ep-8 - z * 0x1.c02db23d08766p-11
        let p67 = 0x1.f9a2a65683a37p-14 - z * 0x1.f4bb9dc10d8afp-17
        let p89 = 0x1.b776257400bc3p-20 - z * 0x1.39fa6b09ae34ap-23
        return (p01 + z2 * p23) + z4 * ((p45 + z2 * p67) + z4 * p89)
    }

    /// Numbers a row of ``errorFunctionTable``: the value in the middle, its tail, and the polynomial's coefficients.
    @usableFromInline static let errorFunctionRow = 18

    @usableFromInline static let errorFunctionTable: [Double] = [
        // about 0.75
        0x1.6c1c9759d0e5fp-1, 0x1.b1432f2cbc455p-55, 0x1.492e42d78d2c5p-1, -0x1.edc5644353c27p-2,
        0x1.b6e8591f66e59p-6, 0x1.349b5eaa14599p-3, -0x1.b42a1890ce2b2p-5, -0x1.b8477966b358ep-6,
        0x1.2e0afb0ba36cbp-6, 0x1.2db332fa69bbap-9, -0x1.04105cc142928p-8, 0x1.86234cbe77183p-13,
        0x1.472594c5aafeep-11, -0x1.bd5e6077c3de9p-14, -0x1.3da59fa9bab9ep-14, 0x1.72eb1e7ea2406p-16,
        0x1.d88574713fc08p-18, -0x1.a7e0b17a99b9fp-19,
        // about 1.25
        0x1.d8865d98abe01p-1, -0x1.fcec4afb974d9p-55, 0x1.e4652fadcb6b2p-3, -0x1.2ebf3dcc9f22fp-2,
        0x1.571d01c5c56bep-3, -0x1.93a9a7bb7ed98p-8, -0x1.8281ce0b35106p-5, 0x1.5d0003af7068bp-6,
        0x1.db43c973154d9p-9, -0x1.75672cebd2106p-8, 0x1.cc2254af80885p-11, 0x1.a0074fcd99191p-11,
        -0x1.53b149881dcfcp-12, -0x1.ba66a9029b3c4p-15, 0x1.d4368ce52587dp-15, -0x1.93f02123933c9p-19,
        -0x1.a5aca541ab638p-18, 0x1.5d3fdfbe54701p-20,
        // about 1.75
        0x1.f92d077f8d56dp-1, 0x1.8b55ef493fce7p-56, 0x1.b055303221015p-5, -0x1.7a4a8a2bdce13p-4,
        0x1.7148c3d57c312p-4, -0x1.8a0da54306153p-5, 0x1.b22257dd01957p-8, 0x1.25b378c92a5e1p-7,
        -0x1.8d10fb6bb87d8p-8, 0x1.7ec1d1d94291dp-11, 0x1.d4cf0b41dc048p-11, -0x1.d041eed8e2d52p-12,
        -0x1.6d78370b21451p-18, 0x1.2007c416acb56p-14, -0x1.292a40138a9afp-16, -0x1.368b81a82db82p-18,
        0x1.ac84dbb25f7bep-19, -0x1.4fd5e9a47414dp-23,
        // about 2.25
        0x1.ff404760319b4p-1, 0x1.f142071432025p-56, 0x1.d4143a9dfe965p-8, -0x1.074b60f8df349p-6,
        0x1.63ef61e824425p-6, -0x1.38a98327890e6p-6, 0x1.5d3b17bbe0da8p-7, -0x1.7cae0d45b19adp-9,
        -0x1.5f8313b640af6p-11, 0x1.0602e33b931b4p-10, -0x1.8352cd6259986p-12, -0x1.80c1319516d6dp-17,
        0x1.11324e7ddd22bp-14, -0x1.7ca55b8bff129p-16, -0x1.667e6542625f2p-20, 0x1.cb15e9be4d751p-19,
        -0x1.bc289a338c674p-21, -0x1.59fd769ddaa32p-23,
        // about 2.75
        0x1.fff2cfb0453d9p-1, 0x1.9a913686042a3p-55, 0x1.3360ccd23db3ap-11, -0x1.a6a519a114d70p-10,
        0x1.69cf466ccdf60p-9, -0x1.ab0c273ac263ep-9, 0x1.6935960664eefp-9, -0x1.b2755bfd73545p-10,
        0x1.52b6263edca0fp-11, -0x1.75577263885fep-14, -0x1.2abb3c563f803p-14, 0x1.cd592458f70e8p-15,
        -0x1.09d0d14ef9f43p-16, -0x1.1f87d25c6406ap-20, 0x1.68d52d562c1edp-19, -0x1.eb00046158d1fp-21,
        -0x1.953f803612c9dp-28, 0x1.c5bbf302facbcp-24,
        // about 3.25
        0x1.ffff6f9f67e55p-1, 0x1.e1e4483ba034bp-55, 0x1.e9b5e8d00ce77p-16, -0x1.8de3cd290a7c0p-14,
        0x1.9aa489e3cad22p-13, -0x1.2c7d5ef053eafp-12, 0x1.490a4d230e9b2p-12, -0x1.145464ea287cap-12,
        0x1.647f721c23dc4p-13, -0x1.567479c968fbcp-14, 0x1.b2c31ff9ee030p-16, -0x1.38933caab69eap-19,
        -0x1.807071b8d5c66p-19, 0x1.ff32606cb86c4p-20, -0x1.265f84bf7ca24p-21, 0x1.cf42a8780c542p-29,
        0x1.206790fac8dacp-24, -0x1.cec02b39539d9p-26,
        // about 3.75
        0x1.fffffc2f171e3p-1, 0x1.85edd0395f475p-55, 0x1.d9371e2ff7c35p-21, -0x1.bba3ac4cf8472p-19,
        0x1.0b6a7b0f1b58dp-17, -0x1.d06f586093eacp-17, 0x1.3436bc9fc4229p-16, -0x1.4357b5546e707p-16,
        0x1.110de49c31335p-16, -0x1.7566beee4a6e6p-17, 0x1.99f5c526b2eb6p-18, -0x1.5d69038d1c4f9p-19,
        0x1.a043394ecfc6dp-21, -0x1.8333e8c0a731ep-24, -0x1.ecac60df020b6p-25, 0x1.6e10a19b660cbp-25,
        -0x1.e0c9a3da67824p-27, 0x1.ac2ad4212e043p-30,
        // about 4.25
        0x1.fffffff01a8b6p-1, 0x1.23370eca5ca6ap-60, 0x1.155a09065d4f7p-26, -0x1.26afa996c3246p-24,
        0x1.95ea6fdffb32bp-23, -0x1.96ba7366c0000p-22, 0x1.3b468019bfdc7p-21, -0x1.8868e1d27fc4ap-21,
        0x1.916e922efb5d7p-21, -0x1.566f01ca85b14p-21, 0x1.eab4e7a443d29p-22, -0x1.2758b2c5ee807p-22,
        0x1.27d95562cc7eap-23, -0x1.e03e8d178764bp-25, 0x1.26568805d929ep-26, -0x1.a00dd285ab304p-29,
        -0x1.0001dc11bac94p-31, 0x1.3fdbd3bdc2efcp-31,
        // about 4.75
        0x1.ffffffffd759dp-1, 0x1.f7bee7eb23420p-55, 0x1.8a61745ec7d1cp-33, -0x1.d453ba308d493p-31,
        0x1.6a8aeba47665dp-29, -0x1.9b017abbf14f8p-28, 0x1.6b43c952ff327p-27, -0x1.042f2a664260cp-26,
        0x1.35dc831a2bb73p-26, -0x1.3834e4e093e9ap-26, 0x1.0d4cf453b257cp-26, -0x1.90aa137fcbe62p-27,
        0x1.01e4cfbd4833fp-27, -0x1.1eeaee115d27ep-28, 0x1.11d8774b3048bp-29, -0x1.b8b621bf0bb56p-31,
        0x1.20581e7fd1995p-32, -0x1.0a2b88e012d0bp-34,
        // about 5.25
        0x1.ffffffffffc05p-1, 0x1.07ba96a6b2e1ap-55, 0x1.5422ef5d89441p-40, -0x1.be6dda2ac4308p-38,
        0x1.7f8a0f3e265d5p-36, -0x1.e4cb4aea7173fp-35, 0x1.e044b3ea27a62p-34, -0x1.83ea4ba238868p-33,
        0x1.065958cd28be4p-32, -0x1.2ec54e9c7d1bfp-32, 0x1.2e3858514bb86p-32, -0x1.07815a336539fp-32,
        0x1.9427a8b9d1448p-33, -0x1.11c7e4acbc01ep-33, 0x1.47f9915c47a32p-34, -0x1.5bd3dd9f7e60dp-35,
        0x1.501daca979ffep-36, -0x1.0e15cab30ee14p-37,
        // about 5.75
        0x1.ffffffffffffcp-1, 0x1.8115fd1b12786p-56, 0x1.63daf8b4b1a17p-48, -0x1.ff8ac583bfacap-46,
        0x1.e2d06d6ff3ad4p-44, -0x1.505d9535a4f51p-42, 0x1.70b7011116c21p-41, -0x1.4aed68282ef75p-40,
        0x1.f3c593e8b755cp-40, -0x1.43c12432527abp-39, 0x1.6d18c197b7a52p-39, -0x1.6a4e299e3c7e8p-39,
        0x1.3f0d4ef6cdc54p-39, -0x1.f5b4181d1c8dbp-40, 0x1.6104b0d7e2eedp-40, -0x1.c04d873fdd645p-41,
        0x1.10302c08265ecp-41, -0x1.14e503aa2a4bbp-42,
    ]
}
